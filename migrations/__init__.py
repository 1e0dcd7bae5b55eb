"""The history of the tables: one linear line of revisions, each of which names its database."""
