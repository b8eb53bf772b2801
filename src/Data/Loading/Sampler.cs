namespace Ocs.Data;

/// <summary>
/// The order in which an epoch visits the images: a pure function of seed and epoch, so that a run can resume.
/// </summary>
internal static class Sampler
{
    public static int[] Order(int count, ulong seed, int epoch, bool shuffle)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        if (shuffle)
        {
            Rng.ForStream(seed, "shuffle", epoch).Shuffle(order);
        }

        return order;
    }
}
