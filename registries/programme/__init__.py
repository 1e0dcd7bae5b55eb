"""The programme of the safe community: its promotion projects (安全促进项目) with baseline, goal and result."""

from .service import PROJECT

KINDS = (PROJECT,)
