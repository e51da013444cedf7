"""What a change has to pass besides lint, types and tests: checkov on the expanded template, and licences."""
