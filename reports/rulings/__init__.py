"""A ruling on a conviction, recorded on one page that shows first what it does to the headline."""
