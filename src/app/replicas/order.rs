//! The order of requests that different replicas received.

use super::answer::AnsweredAt;

/// Merges the requests of replicas, each of which has its own oldest first. They come in the order in which they were
/// answered, at one moment in the order of the replicas; those of one replica stay in the order of its journal. With each
/// comes the index of its replica.
pub(super) fn merged<T>(replicas: Vec<Vec<T>>, answered: impl Fn(&T) -> AnsweredAt) -> Vec<(usize, T)> {
    let mut all = Vec::new();
    for (replica, requests) in replicas.into_iter().enumerate() {
        let mut latest = AnsweredAt(i64::MIN);
        for request in requests {
            latest = latest.max(answered(&request));
            all.push((latest, replica, request));
        }
    }
    all.sort_by_key(|(answered, ..)| *answered); // stable
    all.into_iter().map(|(_, replica, request)| (replica, request)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_merged_by_time_and_those_of_a_replica_stay_in_their_order() {
        let order = |replicas: Vec<Vec<(i64, char)>>| -> String {
            merged(replicas, |(answered, _)| AnsweredAt(*answered))
                .into_iter()
                .map(|(_, (_, name))| name)
                .collect()
        };
        assert_eq!(order(vec![vec![(1, 'a'), (4, 'b')], vec![(2, 'c'), (3, 'd')]]), "acdb");
        assert_eq!(order(vec![vec![(2, 'a'), (2, 'b')], vec![(2, 'c')]]), "abc");
        assert_eq!(order(vec![vec![(5, 'a'), (1, 'b')], vec![(3, 'c')]]), "cab");
        assert_eq!(order(vec![Vec::new(), Vec::new()]), "");
    }
}
