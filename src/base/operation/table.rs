//! The macros behind the table of operations: [`operations!`] expands the line of each kind, [`rows!`] makes the types.

/// `["connections" / {id} / "test"]` as the pattern that a path's segments are matched against.
macro_rules! pattern {
    ([ $( $segment:tt )/ * ]) => { [ $( pattern!(@ $segment) ),* ] };
    (@ { $parameter:ident }) => { _ };
    (@ $literal:literal) => { $literal };
}

/// `["connections" / {id} / "test"]` below its base as a template for the router and the documentation.
macro_rules! template {
    ($base:literal [ $( $segment:tt )/ * ]) => { concat!($base $(, template!(@ $segment) )*) };
    (@ { $parameter:ident }) => { concat!("/{", stringify!($parameter), "}") };
    (@ $literal:literal) => { concat!("/", $literal) };
}

/// `["connections" / {id} / "test"]` as the segments of its template, each behind a slash.
macro_rules! segments {
    ([ $( $segment:tt )/ * ]) => { [ $( template!(@ $segment) ),* ] };
}

/// The table of operations. First a line for each kind of entity, then the rows of each API:
///
/// ```text
/// kind <Kind> "<path segment>" "<noun>":
///     <List> <Create> (search <Search>) <Get> <Update> <Delete> <Act>
///     and { <further rows> };
/// ```
///
/// `(search ...)` and `and` may be missing. The rows of the kinds come first in the first API, the Flow Service. The kind
/// of another API has only `kind <Kind> "<path segment>" "<noun>" in <Api>;`, and its rows stand with the others of that
/// API: `GET <List> (<Kind> List)`.
macro_rules! operations {
    (@kinds [$( $kinds:tt )*] [$( $rows:tt )*]
        kind $kind:ident $segment:literal $noun:literal:
            $list:ident $create:ident $( (search $search:ident) )?
            $get:ident $update:ident $delete:ident $act:ident
            $( and { $( $further:tt )* } )? ;
        $( $rest:tt )*
    ) => {
        operations! {
            @kinds
            [$( $kinds )* $kind $segment $noun FlowService,]
            [$( $rows )*
                [$segment] {
                    GET $list ($kind List)
                    POST $create ($kind Create)
                }
                $( [$segment / "search"] { POST $search ($kind Search) } )?
                [$segment / {id}] {
                    GET $get ($kind Get)
                    PATCH $update ($kind Update)
                    DELETE $delete ($kind Delete)
                }
                $( $( $further )* )?
                [$segment / {id} / "action"] { POST $act ($kind Act) }
            ]
            $( $rest )*
        }
    };
    (@kinds [$( $kinds:tt )*] $rows:tt
        kind $kind:ident $segment:literal $noun:literal in $api:ident;
        $( $rest:tt )*
    ) => {
        operations! { @kinds [$( $kinds )* $kind $segment $noun $api,] $rows $( $rest )* }
    };
    (@kinds $kinds:tt $rows:tt test kinds; $( $rest:tt )*) => { test_kinds! { $kinds $rows $( $rest )* } };
    (@kinds [$( $kinds:tt )*] [$( $rows:tt )*]
        $( #[$doc:meta] )* $api:ident $base:literal { $( $first:tt )* }
        $( $rest:tt )*
    ) => {
        rows! {
            kinds { $( $kinds )* }
            $( #[$doc] )* $api $base { $( $rows )* $( $first )* }
            $( $rest )*
        }
    };
    (kind $( $table:tt )*) => { operations! { @kinds [] [] kind $( $table )* } };
}

/// Adds no kinds; unit tests have one of their own.
#[cfg(not(test))]
macro_rules! test_kinds {
    ($kinds:tt $rows:tt $( $rest:tt )*) => { operations! { @kinds $kinds $rows $( $rest )* } };
}

/// Adds the kind that only unit tests have: see `services::widgets`.
#[cfg(test)]
macro_rules! test_kinds {
    ($kinds:tt $rows:tt $( $rest:tt )*) => {
        operations! {
            @kinds $kinds $rows
            kind Widget "widgets" "widget":
                ListWidgets CreateWidget (search SearchWidgets) GetWidget UpdateWidget DeleteWidget ActOnWidget;
            $( $rest )*
        }
    };
}

/// The types that the table describes, after the expansion of each kind's line.
macro_rules! rows {
    (
        kinds { $( $kind:ident $segment:literal $noun:literal $kind_api:ident, )* }
        $( $(#[$api_doc:meta])* $api:ident $base:literal {
            $( $path:tt { $( $method:ident $variant:ident $( ($of:ident $verb:ident) )? )* } )*
        } )*
    ) => {
        /// A kind of entity. `as usize` is an index below [`Kind::COUNT`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum Kind { $( #[doc = concat!("A ", $noun, ".")] $kind, )* }

        impl Kind {
            /// Every kind, in the order of their indexes.
            pub(crate) const ALL: &'static [Self] = &[ $( Self::$kind, )* ];

            /// The number of kinds.
            pub(crate) const COUNT: usize = Self::ALL.len();

            /// The path segment that all its paths begin with, which is also its name in error reports and state
            /// documents: `connections`.
            pub(crate) const fn collection(self) -> &'static str {
                match self { $( Self::$kind => $segment, )* }
            }

            /// The API of its operations.
            pub(crate) const fn api(self) -> Api {
                match self { $( Self::$kind => Api::$kind_api, )* }
            }

            /// The word for one of them in a sentence: `connection`.
            pub(crate) const fn noun(self) -> &'static str {
                match self { $( Self::$kind => $noun, )* }
            }

            /// The word for several of them in a sentence: `connections`.
            pub(crate) const fn plural(self) -> &'static str {
                match self { $( Self::$kind => concat!($noun, "s"), )* }
            }
        }

        /// The API that an operation belongs to: each has a base path of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Api { $( $(#[$api_doc])* $api, )* }

        impl Api {
            /// The beginning of its paths.
            pub(crate) const fn base_path(self) -> &'static str {
                match self { $( Self::$api => $base, )* }
            }
        }

        /// A method on a path template. `as usize` is an index below [`Operation::COUNT`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub(crate) enum Operation {
            $( $( $( #[doc = concat!(stringify!($method), " ", template!($base $path))] $variant, )* )* )*
        }

        impl Operation {
            /// Every operation, in the order of their indexes.
            pub(crate) const ALL: &'static [Self] = &[ $( $( $( Self::$variant, )* )* )* ];

            /// The number of operations.
            pub(crate) const COUNT: usize = Self::ALL.len();

            /// The operation that [`of`](Self::of) finds, and the part of the path that stands for the parameter in its
            /// template, percent-encoded, if it has one.
            pub(crate) fn matched<'a>(method: &str, path: &'a str) -> Option<(Self, Option<&'a str>)> {
                let method = if method == "HEAD" { "GET" } else { method };
                $(
                    if let Some(rest) = below($base, path) {
                        let (segments, count) = split(rest)?;
                        return match segments.get(..count)? {
                            // In the order of the rows: a literal segment precedes a parameter, and wins for every
                            // method, as in the router.
                            $( pattern!($path) => {
                                const PARAMETER: Option<usize> = $crate::base::operation::parameter_of(&segments!($path));
                                let parameter = PARAMETER.map(|place| segments[place]);
                                match method {
                                    $( stringify!($method) => Some((Self::$variant, parameter)), )*
                                    _ => None,
                                }
                            } )*
                            _ => None,
                        };
                    }
                )*
                None
            }

            /// Its name: the variant's in camel case, `createConnection`. Unique; the `operationId` in the OpenAPI
            /// document.
            pub(crate) const fn name(self) -> &'static str {
                match self { $( $( $( Self::$variant => {
                    const NAME: [u8; stringify!($variant).len()] = $crate::base::operation::camel_case(stringify!($variant));
                    $crate::base::operation::ascii(&NAME)
                } )* )* )* }
            }

            /// Its method, in upper case.
            pub(crate) const fn method(self) -> &'static str {
                match self { $( $( $( Self::$variant => stringify!($method), )* )* )* }
            }

            /// Its whole path, parameters in braces: `/data/foundation/flowservice/connections/{id}`.
            pub(crate) const fn path(self) -> &'static str {
                match self { $( $( $( Self::$variant => template!($base $path), )* )* )* }
            }

            /// Its API.
            pub(crate) const fn api(self) -> Api {
                match self { $( $( $( Self::$variant => Api::$api, )* )* )* }
            }

            /// The kind and the verb; `None` if the operation is not one that all kinds have.
            pub(crate) const fn entity(self) -> Option<(Kind, Verb)> {
                match self {
                    $( $( $( $( Self::$variant => Some((Kind::$of, Verb::$verb)), )? )* )* )*
                    _ => None,
                }
            }
        }
    };
}
