"""The data: tables and rules of the three registries. Nothing here knows of HTTP."""
