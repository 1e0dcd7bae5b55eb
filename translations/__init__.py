"""The catalogues: message ids are English, ``zh`` is complete always."""
