"""Training of the shipped model: from labelled files to a bundle. Needs the extra `train`."""
