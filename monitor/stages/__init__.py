"""The stages, each pure: no clock, network, disk, database or randomness."""
