"""Reading: what a file is, its pages, their images, text and words. One page is the unit of work."""
