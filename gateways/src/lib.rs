//! Payment gateways and carriers: ports, and the simulator's server.
