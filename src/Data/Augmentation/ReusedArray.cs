namespace Ocs.Data;

/// <summary>Arrays that grow as they are needed, and are used again.</summary>
internal static class ReusedArray
{
    /// <summary>Makes a new array where one is too short; what it held is lost.</summary>
    public static void EnsureLength<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = new T[length];
        }
    }
}
