"""A suspect's case on one page: arrest, custody and court, by code and never by name."""
