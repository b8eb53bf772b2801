namespace Ocs.Pruning.Coupling;

/// <summary>Disjoint sets with union by size and path halving (Tarjan and van Leeuwen 1984).</summary>
internal sealed class UnionFind
{
    private readonly int[] _parent;
    private readonly int[] _size;

    public UnionFind(int count)
    {
        (_parent, _size) = (new int[count], new int[count]);
        _size.AsSpan().Fill(1);
        for (var element = 0; element < count; element++)
        {
            _parent[element] = element;
        }
    }

    public int Find(int element)
    {
        while (_parent[element] != element)
        {
            _parent[element] = _parent[_parent[element]];
            element = _parent[element];
        }

        return element;
    }

    public void Union(int a, int b)
    {
        a = Find(a);
        b = Find(b);
        if (a == b)
        {
            return;
        }

        if (_size[a] < _size[b])
        {
            (a, b) = (b, a);
        }

        _parent[b] = a;
        _size[a] += _size[b];
    }
}
