"""Mailboxes: post that arrives by e-mail, taken in whole and marked only once it is safe."""
