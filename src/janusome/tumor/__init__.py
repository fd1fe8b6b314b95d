"""Laws of the tumor: from its vessels through the matrix to the cells and their targets, voxel by voxel."""
