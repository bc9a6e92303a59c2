"""Documents on the wrong person's file: put right in one act, and kept as incidents with the facts."""
