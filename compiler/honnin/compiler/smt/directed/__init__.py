"""A property-directed search for an inductive invariant (IC3: Bradley, VMCAI 2011; over diagrams: Karbyshev, Bjørner, Itzhaky, Rinetzky,
Shoham, JACM 2017).

Frame k holds clauses that are true of every state which at most k steps lead to. A state from which something goes wrong is described by its
diagram: its elements as variables, what is true of them as literals. The steps before it are asked for; where there are none, those of the
literals on which that rests make a clause of the frame. When two frames are the same, their clauses are an inductive invariant.
"""
