use std::net::{IpAddr, Ipv6Addr};

use governor::clock::FakeRelativeClock;
use governor::state::keyed::ShrinkableKeyedStateStore;
use proptest::prelude::*;

use super::super::arrivals::MOST;
use super::*;

fn limiter(requests: u32, seconds: u64) -> (Limiter<FakeRelativeClock>, FakeRelativeClock) {
    let clock = FakeRelativeClock::default();
    // Time has passed before there was a limiter.
    clock.advance(Duration::from_secs(1000));
    (Limiter::new(Quota::new(requests, Duration::from_secs(seconds)).unwrap(), clock.clone()), clock)
}

fn key(address: &str) -> Key {
    Key::of_address(Some(address.parse().unwrap()))
}

fn network(number: usize) -> Key {
    let number = u128::try_from(number).unwrap();
    Key::of_address(Some(IpAddr::V6(Ipv6Addr::from_bits((0x2001_0db8 << 96) | (number << 64)))))
}

fn standing(is_allowed: bool, remaining: u32, seconds: u64) -> Standing {
    Standing { is_allowed, remaining, next: Duration::from_secs(seconds) }
}

#[test]
fn five_a_minute_are_five_at_once_and_then_one_every_twelve_seconds() {
    let (limiter, clock) = limiter(5, 60);
    let ada = key("192.0.2.1");
    for remaining in (0..5).rev() {
        assert_eq!(limiter.charge(ada), standing(true, remaining, 12));
    }
    assert_eq!(limiter.charge(ada), standing(false, 0, 12));
    clock.advance(Duration::from_secs(5));
    assert_eq!(limiter.charge(ada), standing(false, 0, 7));
    clock.advance(Duration::from_secs(7));
    assert_eq!(limiter.charge(ada), standing(true, 0, 12));
    clock.advance(Duration::from_secs(60));
    assert_eq!(limiter.charge(ada), standing(true, 4, 12));
}

#[test]
fn whether_an_allowance_is_used_up_can_be_asked_for_nothing() {
    let (limiter, clock) = limiter(2, 60);
    let ada = key("192.0.2.1");
    for remaining in [1, 0] {
        assert_eq!(limiter.exhausted(ada), None);
        assert_eq!(limiter.charge(ada), standing(true, remaining, 30));
    }
    clock.advance(Duration::from_secs(10));
    for _ in 0..3 {
        assert_eq!(limiter.exhausted(ada), Some(standing(false, 0, 20)));
    }
    assert_eq!(limiter.charge(ada), standing(false, 0, 20));
    clock.advance(Duration::from_secs(20));
    assert_eq!((limiter.exhausted(ada), limiter.charge(ada).is_allowed), (None, true));
    assert_eq!(limiter.exhausted(key("192.0.2.2")), None);
}

#[test]
fn callers_do_not_use_up_each_others_allowance() {
    let (limiter, _) = limiter(1, 60);
    assert!(limiter.charge(key("192.0.2.1")).is_allowed);
    assert!(!limiter.charge(key("192.0.2.1")).is_allowed);
    assert!(limiter.charge(key("192.0.2.2")).is_allowed);
    assert!(limiter.charge(Key::Nowhere).is_allowed);
}

#[test]
fn seconds_are_rounded_up() {
    let seconds =
        |millis| Standing { next: Duration::from_millis(millis), ..standing(false, 0, 0) }.seconds();
    assert_eq!([0, 1, 1000, 1001, 12_000].map(seconds), [1, 1, 1, 2, 12]);
}

#[test]
fn idle_callers_are_forgotten() {
    let (limiter, clock) = limiter(3, 60);
    (0..1000).for_each(|number| assert!(limiter.charge(network(number)).is_allowed));
    clock.advance(Duration::from_secs(61));
    let others = (0..1024).filter(|_| limiter.charge(Key::Nowhere).is_allowed).count();
    assert_eq!((others, limiter.arrivals.len()), (3, 1));
}

#[test]
fn a_crowd_is_counted_together_and_known_callers_are_not() {
    let (limiter, _) = limiter(3, 60);
    (0..MOST).for_each(|number| assert!(limiter.charge(network(number)).is_allowed));
    let crowd =
        || limiter.charge(network(MOST + 1)).is_allowed || limiter.charge(network(MOST + 2)).is_allowed;
    assert_eq!([crowd(), crowd(), crowd(), crowd()], [true, true, true, false]);
    assert!(limiter.charge(network(7)).is_allowed);
    assert!(limiter.charge(key("192.0.2.1")).is_allowed);
    assert_eq!(limiter.arrivals.len(), MOST + 2);
}

proptest! {
    /// However requests come, a window never sees more than two allowances, and who is told to wait need not wait
    /// longer.
    #[test]
    fn what_is_told_is_true(gaps in prop::collection::vec(0_u64..30_000, 1..60)) {
        let (limiter, clock) = limiter(5, 60);
        let ada = key("192.0.2.1");
        for gap in gaps {
            clock.advance(Duration::from_millis(gap));
            let told = limiter.charge(ada);
            prop_assert!(told.next > Duration::ZERO && told.next <= Duration::from_secs(12));
            if !told.is_allowed {
                clock.advance(told.next - Duration::from_nanos(1));
                prop_assert!(!limiter.charge(ada).is_allowed);
                clock.advance(Duration::from_nanos(1));
                prop_assert!(limiter.charge(ada).is_allowed);
            }
        }
    }

    /// After `next`, and no sooner, as many requests are allowed at once as remained, and one more.
    #[test]
    fn one_more_comes_back_when_it_was_told(gaps in prop::collection::vec(0_u64..30_000, 0..20), early in any::<bool>()) {
        let (limiter, clock) = limiter(5, 60);
        let ada = key("192.0.2.1");
        let mut told = limiter.charge(ada);
        for gap in gaps {
            clock.advance(Duration::from_millis(gap));
            told = limiter.charge(ada);
        }
        clock.advance(told.next - Duration::from_nanos(u64::from(early)));
        let mut allowed = 0;
        while limiter.charge(ada).is_allowed {
            allowed += 1;
        }
        prop_assert_eq!(allowed, told.remaining + u32::from(!early));
    }
}
