"""Questions of a proof asked of few values of each entity, where z3 cannot say what holds of any number.

There formulas are propositional. A step that is found is a step of the design all the same; where none is found, that is worth
believing until a proof is tried.
"""
