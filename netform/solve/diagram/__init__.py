"""Decision diagrams of all plans below a cutoff, limited in width, and what can be asked of them.

They work on columns with reduced costs; where those come from is not their business.
"""
