"""The index: a throw-away shadow of the change logs."""
