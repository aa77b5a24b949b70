//! Automation flow documents of Kairo Studio: graph, checks, order; pure
