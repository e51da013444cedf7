"""The table: `keys` knows where things are, `table` how to reach them, the other modules what may be written when."""
