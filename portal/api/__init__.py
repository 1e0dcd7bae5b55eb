"""The interface for other programs: `/api/v1/…`."""
