"""The tables, by noun, as SQL; schema.py brings a database up to them."""
