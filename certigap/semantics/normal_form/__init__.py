"""Games of one state: payoffs against the others' joint actions, dominance between actions, iterated elimination."""
