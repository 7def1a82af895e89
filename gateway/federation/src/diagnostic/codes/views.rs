//! What is found about views, our own language: its codes are our own, too.

use super::Level::{Error, Info, Warn};
use super::{Code, Level, Stage};

const fn view(code: &'static str, level: Level, meaning: &'static str) -> Code {
    Code { code, level, stage: Stage::View, meaning }
}

pub(super) const VIEWS: &[Code] = &[
    view("INVALID_VIEW", Error, "a file is not a view"),
    view("VIEW_TYPE_UNKNOWN", Error, "a type of a view stands for none of the graph"),
    view("VIEW_TYPE_MISMATCH", Error, "a type of a view does not fit what it shows or sends"),
    view("VIEW_FIELD_UNKNOWN", Error, "a field of a view needs one that the graph does not have"),
    view("VIEW_FIELD_AMBIGUOUS", Error, "a field of a view may be a group or a field of the graph"),
    view("VIEW_PATH_INVALID", Error, "a way from a view into the graph is not one way"),
    view("VIEW_PATH_UNKNOWN", Error, "a way goes over a type that the graph does not have"),
    view("VIEW_LIST_DEPTH", Error, "a field of a view has other lists than its way"),
    view("VIEW_ARGUMENT_INVALID", Error, "the graph does not take what a way gives it"),
    view("VIEW_ARGUMENT_UNKNOWN", Error, "a way uses an argument that its field does not have"),
    view("VIEW_ARGUMENT_UNUSED", Error, "nothing takes an argument of a view"),
    view(
        "VIEW_ARGUMENT_WITHOUT_SOURCE",
        Error,
        "a view cannot give what an input object of the graph needs",
    ),
    view("VIEW_INPUT_FIELD_AMBIGUOUS", Error, "two input fields of a view are sent as the same"),
    view("VIEW_DEFAULT_INVALID", Error, "what a view answers for null is no value of its type"),
    view("VIEW_ENUM_VALUE_UNKNOWN", Error, "an enum value of a view stands for none of the graph"),
    view("VIEW_ENUM_VALUE_AMBIGUOUS", Error, "two enum values of a view stand for the same"),
    view(
        "VIEW_ENUM_VALUE_MISSING",
        Warn,
        "a view has no value for one of an enum, and answers it as null",
    ),
    view(
        "VIEW_TYPE_INCOMPLETE",
        Warn,
        "a view has no type for some objects, and answers them as null",
    ),
    view(
        "VIEW_NON_NULL_OVER_NULLABLE",
        Warn,
        "a view promises a value where the graph may have none",
    ),
    view("VIEW_READS_DEPRECATED", Info, "a view reads a deprecated field"),
    view("VIEW_TYPE_UNREACHABLE", Info, "no operation of a view can reach a type"),
];
