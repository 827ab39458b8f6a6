//! Tells the linker what Node-API needs.

fn main() {
    napi_build::setup();
}
