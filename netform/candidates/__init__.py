"""Every network there is: listing the connected groups of practices that a plan may use."""
