"""Published forms as they were printed or coded, to compare with and to be put to: the book of values does not ask them."""
