//! Domain of Kairo Studio: entities, state machines, policy; pure
