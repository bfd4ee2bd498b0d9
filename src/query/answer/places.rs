//! The places in a script that an answer tells of. Which ones it tells is decided where the answer is made.

use super::*;

/// Something that tells of places.
pub(crate) trait EachPlace {
    /// Does something with each of its places.
    fn each_place(&mut self, at: &mut dyn FnMut(&mut Place));
}

impl EachPlace for Place {
    fn each_place(&mut self, at: &mut dyn FnMut(&mut Place)) {
        at(self);
    }
}

impl<T: EachPlace> EachPlace for Option<T> {
    fn each_place(&mut self, at: &mut dyn FnMut(&mut Place)) {
        self.iter_mut().for_each(|inner| inner.each_place(at));
    }
}

impl<T: EachPlace> EachPlace for Vec<T> {
    fn each_place(&mut self, at: &mut dyn FnMut(&mut Place)) {
        self.iter_mut().for_each(|inner| inner.each_place(at));
    }
}

/// The parts of answers that have places in them. A part that is left out of here has none.
macro_rules! within {
    ($($of:ident: $($part:ident)*;)*) => {
        $(impl EachPlace for $of {
            fn each_place(&mut self, at: &mut dyn FnMut(&mut Place)) {
                $(self.$part.each_place(at);)*
            }
        })*
    };
}

within! {
    StepAnswer: place;
    PartAnswer: steps;
    ReachAnswer: parts;
    ResolveAnswer: steps;
    AdmissionAnswer: place;
    ReachableGroup: by steps;
    ReachableAnswer: groups unknown denied;
    DiffSide: by;
    DiffGroup: before after;
    DiffAnswer: groups;
    NeedAnswer: steps way;
    RunningAnswer: needs;
    ConsoleAnswer: notes;
    RunAnswer: part;
    TcppingAnswer: console runs;
    NameresolverAnswer: console steps;
    ExplainAnswer: running;
    RouteAnswer: place;
    RoutesAnswer: routes;
    NextHopAnswer: route lost;
    LabelAnswer: place;
    FindingAnswer: labels;
    UnusedAnswer: place;
    LintAnswer: findings unused;
    CauseAnswer: place;
    SuspectAnswer: place;
    SuspectListAnswer: suspects;
    TroubleshootAnswer: causes lists;
}

impl EachPlace for Answer {
    fn each_place(&mut self, at: &mut dyn FnMut(&mut Place)) {
        match self {
            Self::Reach(answer) => answer.each_place(at),
            Self::Reachable(answer) => answer.each_place(at),
            Self::Diff(answer) => answer.each_place(at),
            Self::Running(answer) => answer.each_place(at),
            Self::Resolve(answer) => answer.each_place(at),
            Self::Tcpping(answer) => answer.each_place(at),
            Self::Nameresolver(answer) => answer.each_place(at),
            Self::Explain(answer) => answer.each_place(at),
            Self::Routes(answer) => answer.each_place(at),
            Self::NextHop(answer) => answer.each_place(at),
            Self::Lint(answer) => answer.each_place(at),
            Self::Troubleshoot(answer) => answer.each_place(at),
            Self::Matrix(_)
            | Self::Security(_)
            | Self::Features(_)
            | Self::Show(_)
            | Self::Replay(_)
            | Self::Fix(_) => {}
        }
    }
}
