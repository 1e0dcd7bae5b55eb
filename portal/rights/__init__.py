"""What people may ask about the data held of them: to see it, to have it corrected, to have it erased."""
