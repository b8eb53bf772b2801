// What is unfinished is one list a process, and a test removes all of it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
