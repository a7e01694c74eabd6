"""Upper bounds of worst cases over a finite horizon (THEORY 14), and the timelines that prove them."""
