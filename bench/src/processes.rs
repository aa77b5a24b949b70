use std::collections::BTreeMap;
use std::time::Duration;

/// What Linux counts processor time in, for whoever reads `/proc`: a hundredth of a second, on every machine.
const TICK: Duration = Duration::from_millis(10);

/// The numbers of a line of `/proc/<pid>/stat` that are needed here.
struct Stat {
    state: char,
    parent: u32,
    own_ticks: u32,
    ended_children_ticks: u32,
}

/// Whether a process is there and not merely waiting to be forgotten by its parent.
pub(crate) fn is_alive(pid: u32) -> bool {
    stat(pid).is_some_and(|stat| !matches!(stat.state, 'Z' | 'X'))
}

/// The processor time that a process has had, with its children's: those that are there and those that have ended.
///
/// # Panics
/// When there is no such process.
pub fn processor_time(pid: u32) -> Duration {
    let own = stat(pid).expect("the process is there");
    let children: u32 = all().values().filter(|stat| stat.parent == pid).map(|stat| stat.own_ticks).sum();
    TICK * (own.own_ticks + own.ended_children_ticks + children)
}

fn all() -> BTreeMap<u32, Stat> {
    let names =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let pids = names.filter_map(|name| name.parse().ok());
    pids.filter_map(|pid| Some((pid, stat(pid)?))).collect()
}

fn stat(pid: u32) -> Option<Stat> {
    parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The name of the program, in parentheses, may contain anything.
fn parse(line: &str) -> Option<Stat> {
    let fields: Vec<&str> = line.rsplit_once(") ")?.1.split(' ').collect();
    let number = |at: usize| fields.get(at)?.parse::<u32>().ok();
    Some(Stat {
        state: fields.first()?.chars().next()?,
        parent: number(1)?,
        own_ticks: number(11)? + number(12)?,
        ended_children_ticks: number(13)? + number(14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whatever_the_program_is_called() {
        let stat = parse("7 (a ) b) S 3 7 7 0 -1 4194304 1 2 3 4 11 12 13 14 20 0 1 0 99").unwrap();
        assert_eq!((stat.state, stat.parent, stat.own_ticks, stat.ended_children_ticks), ('S', 3, 23, 27));
        assert!(parse("7 (cut").is_none());
    }

    #[test]
    fn this_process_lives_and_one_that_was_waited_for_does_not() {
        assert!(is_alive(std::process::id()));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(!is_alive(pid));
    }
}
