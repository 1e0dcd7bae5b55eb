"""What residents see, without an account and without a cookie."""

from .views import pages

__all__ = ["pages"]
