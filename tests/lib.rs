//! Nothing here: the journeys are one test binary, `journeys/main.rs`.
