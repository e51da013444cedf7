"""The functions as they are deployed, in Lambda's image on this machine, with moto in place of AWS."""
