"""Values made of bits: gates as clauses, integers as words, values of finite types one bit each."""
