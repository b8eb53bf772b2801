using System.Text;

namespace Ocs.Torch;

/// <summary>Reads Slurm's lists of hosts, such as <c>node[003-006,010],login1</c>.</summary>
internal static class SlurmHosts
{
    /// <summary>
    /// The first host: the text before the first comma outside brackets, with the first number of each bracket.
    /// </summary>
    public static string First(string list)
    {
        var host = new StringBuilder();
        for (var i = 0; i < list.Length && list[i] != ','; i++)
        {
            if (list[i] != '[')
            {
                host.Append(list[i]);
                continue;
            }

            var close = list.IndexOf(']', i);
            var length = close < 0 ? 0 : list.AsSpan(i + 1, close - i - 1).IndexOfAny(',', '-');
            var first = close < 0 ? "" : list.Substring(i + 1, length < 0 ? close - i - 1 : length);
            if (first.Length == 0)
            {
                throw Unreadable(list);
            }

            host.Append(first);
            i = close;
        }

        return host.Length > 0 ? host.ToString() : throw Unreadable(list);
    }

    private static OcsInputException Unreadable(string list) =>
        new($"Slurm's list of nodes '{list}' cannot be read; set MASTER_ADDR to the machine of rank 0.");
}
