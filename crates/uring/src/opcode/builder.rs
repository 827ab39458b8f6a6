//! The macro that turns a list of arguments into a builder.

/// Declares one operation.
///
/// `new` lists the arguments of the constructor, each type in brackets: `[file]` accepts a
/// descriptor or a registered slot, `[dirfd]` only a descriptor, anything else is itself. `set`
/// lists the optional ones with their defaults. `encode` fills in the zeroed entry.
macro_rules! opcode {
    (@arg [file]) => { impl $crate::types::sealed::UseFixed };
    (@arg [dirfd]) => { impl $crate::types::sealed::UseFd };
    (@arg [$ty:ty]) => { $ty };
    (@field [file]) => { $crate::types::sealed::Target };
    (@field [dirfd]) => { std::os::fd::RawFd };
    (@field [$ty:ty]) => { $ty };
    (@take [file] $value:ident) => { $crate::types::sealed::UseFixed::target($value) };
    (@take [dirfd] $value:ident) => { $crate::types::sealed::UseFd::fd($value) };
    (@take [$ty:ty] $value:ident) => { $value };
    (
        $(#[$outer:meta])*
        $name:ident = $code:ident -> $entry:ty;
        new { $( $arg:ident : $kind:tt ),* $(,)? }
        set { $( $(#[$doc:meta])* $opt:ident : $ty:ty = $default:expr ),* $(,)? }
        encode |$op:ident, $sqe:ident| $body:block
    ) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name {
            $( $arg: opcode!(@field $kind), )*
            $( $opt: $ty, )*
        }

        #[allow(clippy::new_without_default, clippy::too_many_arguments)]
        impl $name {
            #[doc = concat!("The operation's number, `", stringify!($code), "`.")]
            pub const CODE: u8 = $crate::sys::$code as u8;

            /// Returns the operation with its optional arguments at their defaults.
            #[inline]
            pub fn new($( $arg: opcode!(@arg $kind) ),*) -> Self {
                $name {
                    $( $arg: opcode!(@take $kind $arg), )*
                    $( $opt: $default, )*
                }
            }

            $(
                $(#[$doc])*
                #[inline]
                #[must_use]
                pub const fn $opt(mut self, $opt: $ty) -> Self {
                    self.$opt = $opt;
                    self
                }
            )*

            /// Returns the entry, to be pushed to the submission queue.
            #[inline]
            pub fn build(self) -> $entry {
                let $op = self;
                #[allow(unused_mut)]
                let mut $sqe = $crate::sys::io_uring_sqe {
                    opcode: Self::CODE,
                    ..Default::default()
                };
                $body
            }
        }
    };
}
