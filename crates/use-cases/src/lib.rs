//! Application services of Kairo Studio
