//! Holds: (to come).
//! May touch: nothing yet.
//! Never: files, clock, network.
