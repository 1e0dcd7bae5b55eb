"""The administration: accounts, requests of people, the audit trail, areas, code lists, settings, health."""
