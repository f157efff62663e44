"""How hypothesis works here: a shared machine is slow at times, and that is no failure."""

from hypothesis import settings

settings.register_profile("shared", deadline=None)
settings.load_profile("shared")
