/// Ends a command that was asked whether two things are the same, and has told the user that they are not.
struct DifferenceFound: Error {}
