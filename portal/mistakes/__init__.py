"""Errors that readers found on pages of the site, for the editors to mend."""
