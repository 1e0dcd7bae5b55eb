"""People with an account, and what they were granted."""
