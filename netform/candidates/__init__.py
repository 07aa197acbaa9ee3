"""Every network there is: listing the connected groups of practices that a plan may use.

Kernels go through them; what a network costs, and which are chosen, is not known here.
"""
